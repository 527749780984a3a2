# Two persons are one after all, and two again: points and levels go with them. [ours, decision 22]

at         2026-03-01 10:00
rule       base    points=1  per=1.00
rule       growth  asset=growth  points=1  per=1.00
level      bronze
level      silver  growth=100
programme                               -> 1
member     Ann
member     Anna
order      O1  Ann   coat:70.00
order      O2  Anna  coat:50.00
tier       Ann                          -> bronze
wait       1d
merge      Anna into Ann                -> ok
points     Ann                          -> 120
points     Anna                         -> 120
tier       Ann                          -> silver

# A refund of the merged one's order, and an order under the old name.
refund     R1  O2  coat:10.00
points     Ann                          -> 110
order      O3  Anna  hat:5.00
points     Ann                          -> 115

part       Anna from Ann                -> ok
points     Ann                          -> 70
points     Anna                         -> 45
tier       Ann                          -> bronze
tier       Anna                         -> bronze
refund     R2  O2  coat:40.00
points     Anna                         -> 5
points     Ann                          -> 70
verify                                  -> ok
