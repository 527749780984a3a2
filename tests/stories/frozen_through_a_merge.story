# An order in dispute stays frozen through a merge and a split, and comes free again. [ours]

at         2026-03-01 10:00
programme                               -> 1
member     Ann
member     Anna
order      O1  Ann   coat:100.00
order      O2  Anna  coat:50.00
refund     R1  O2  coat:20.00  status=open
points     Anna                         -> 50 held=50
merge      Anna into Ann                -> ok
points     Ann                          -> 150 held=50
refund     R1  O2  coat:20.00
points     Ann                          -> 130

order      O3  Anna  hat:10.00
refund     R2  O3  hat:10.00  status=open
points     Ann                          -> 140 held=10
part       Anna from Ann                -> ok
points     Ann                          -> 100
refund     R2  O3  hat:10.00
points     Anna                         -> 30

# The dispute is there before the merge and ends after the split.
refund     R3  O2  coat:30.00  status=open
points     Anna                         -> 30 held=30
merge      Anna into Ann                -> ok
points     Ann                          -> 130 held=30
part       Anna from Ann                -> ok
points     Ann                          -> 100
refund     R3  O2  coat:30.00  status=rejected
points     Anna                         -> 30
redeem     Anna  30                     -> ok
verify                                  -> ok
