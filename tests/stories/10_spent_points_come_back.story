# Scenario 10: points spent on an order that is returned come back, if they still live on that day;
# a part of the return brings a part of them. [sqstack docs handle-returns]

at         2026-01-10 10:00
programme  expires_after=1months        -> 1
member     Ann
order      O1  Ann  coat:100.00
points     Ann                          -> 100
dies       Ann                          -> 2026-02-11 00:00

at         2026-01-20 10:00
redeem     Ann  80  on=O2               -> ok
order      O2  Ann  tea:40.00  milk:60.00
points     Ann                          -> 120
wait       1d
refund     R1  O2  tea:1x40.00
# 40 of what O2 gave are taken, 32 of the 80 come back.
points     Ann                          -> 112

# The rest comes back when the lots of January are dead, and stays lost.
at         2026-02-12 10:00
points     Ann                          -> 60
refund     R2  O2  milk:1x60.00
points     Ann                          -> 0
verify                                  -> ok
