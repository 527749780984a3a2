# Scenario 8: 10.00 earns 1; a refund of 22.00 takes 3: earning rounds down, taking back rounds up.
# A refund the customer asks for freezes the points until the money is back. [Youzan help 13-1-68260]

at         2026-03-01 10:00
rule       base  points=1  per=10.00
programme                               -> 1
member     Ann
order      O1  Ann  coat:100.00
points     Ann                          -> 10
refund     R1  O1  coat:22.00
points     Ann                          -> 7

# While it is open nothing is taken, and nothing of that order can be spent.
member     Ben
order      O2  Ben  coat:100.00
wait       1h
refund     R2  O2  coat:22.00  status=open
points     Ben                          -> 10 held=10
redeem     Ben  1                       -> ledger.insufficient
wait       1d
refund     R2  O2  coat:22.00  status=done
points     Ben                          -> 7
redeem     Ben  7                       -> ok
points     Ben                          -> 0

# Rejected, and all of it is free again.
member     Cid
order      O3  Cid  coat:100.00
refund     R3  O3  coat:22.00  status=open
points     Cid                          -> 10 held=10
refund     R3  O3  coat:22.00  status=rejected
points     Cid                          -> 10
redeem     Cid  10                      -> ok

# What was spent before cannot be frozen; what comes back is owed.
member     Dot
order      O4  Dot  coat:100.00
redeem     Dot  8                       -> ok
refund     R4  O4  coat:50.00  status=open
points     Dot                          -> 2 held=2
refund     R4  O4  coat:50.00  status=done
points     Dot                          -> 0 debt=3
verify                                  -> ok
