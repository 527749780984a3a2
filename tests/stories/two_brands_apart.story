# Two brands of one group: one person, two members, two balances. [ours]

at         2026-03-01 10:00
programme  brand=wool                   -> 1
rule       base  points=2  per=1.00
programme  brand=silk                   -> 1
member     Ann  brand=wool
member     Ann  brand=silk
order      O1  Ann  coat:100.00  brand=wool
order      O1  Ann  scarf:30.00  brand=silk
points     Ann  brand=wool              -> 100
points     Ann  brand=silk              -> 60
redeem     Ann  61  brand=silk          -> ledger.insufficient
refund     R1  O1  scarf:1x30.00  brand=silk
points     Ann  brand=wool              -> 100
points     Ann  brand=silk              -> 0

# A member of one brand is not yet one of the other.
member     Ben  brand=wool
order      O2  Ben  scarf:30.00  brand=silk
points     Ben  brand=silk              -> 0
verify                                  -> ok
