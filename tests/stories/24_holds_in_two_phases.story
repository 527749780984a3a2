# Scenario 24: holds are captured whole or in part, released, or time out. [TigerBeetle]

grant    C1  100
hold     C1  15  as=H1  for=1000s        -> ok
hold     C1  15  as=H2  for=50s          -> ok
hold     C1  15  as=H3  for=1s           -> ok
hold     C1   7  as=H4                   -> ok
hold     C1   1  as=H5                   -> ok
hold     C1   1  as=H6   key=sixth       -> ok
spend    C1  15                          -> ok
balance  C1                              -> 85 held=54
spent    C1                              -> 15

# A hold counts when it is made: 85 are there, 31 can be used.
spend    C1  32                          -> ledger.insufficient

# The same id with the same body exists; with another body it is a conflict.
hold     C1   1  as=H6   key=sixth       -> again
hold     C1   2  as=H6   key=sixth       -> ledger.key_conflict
hold     C1   2  as=H6                   -> ledger.hold_exists

capture  C1  H1  13  key=first           -> ok
release  C1  H2                          -> ok
wait     1s
capture  C1  H3  15                      -> ledger.hold_expired
release  C1  H3                          -> ledger.hold_expired
balance  C1                              -> 72 held=9

capture  C1  H1  13  key=first           -> again
capture  C1  H1  13                      -> ledger.hold_already_captured
release  C1  H1                          -> ledger.hold_already_captured
capture  C1  H2   1                      -> ledger.hold_already_released
capture  C1  H4   8                      -> ledger.capture_exceeds_hold

capture  C1  H4   7                      -> ok
capture  C1  H5   1                      -> ok
capture  C1  H6   0                      -> ok
balance  C1                              -> 64
spent    C1                              -> 36
verify                                   -> ok
