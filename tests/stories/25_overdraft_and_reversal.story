# Scenario 25: overdraft, reversal, keys, all or nothing. [Formance; pgledger]

# With an overdraft of 10, a balance of 89 does not reach for 100, and one of 90 does.
account  C1  overdraft=10
grant    C1   89
spend    C1  100                         -> ledger.insufficient
grant    C1    1
spend    C1  100                         -> ok
balance  C1                              -> -10 debt=10

# What was granted and moved on is taken back only by force, and only once.
grant    C2  100  key=gift
spend    C2   80
reverse  C2  gift                        -> ledger.moved_on
reverse  C2  gift  force=yes             -> ok
balance  C2                              -> 0 debt=80
reverse  C2  gift  force=yes             -> ledger.already_reversed

# The next grant settles the debt first.
grant    C2  100
balance  C2                              -> 20

# One key, one request.
grant    C3   50  key=order-1            -> ok
grant    C3   50  key=order-1            -> again
grant    C3   51  key=order-1            -> ledger.key_conflict
balance  C3                              -> 50

# One bad movement, and none of its operation has happened.
together C3  grant:5 spend:1000          -> ledger.insufficient
together C3  grant:5 spend:55            -> ok
balance  C3                              -> 0
verify                                   -> ok
