# Points on one item and growth on another: what comes back of one leaves the other alone. [ours]

at         2026-03-01 10:00
rule       tea     points=1  per=1.00  items=tea
rule       coat    asset=growth  points=1  per=1.00  items=coat
programme                               -> 1
member     Ann
order      O1  Ann  tea:50.00  coat:200.00
points     Ann                          -> 50
growth     Ann                          -> 200
refund     R1  O1  coat:100.00
growth     Ann                          -> 100
refund     R2  O1  tea:20.00
points     Ann                          -> 30
growth     Ann                          -> 100
# Another item on the line: the rule of tea leaves, the rule of coats enters.
order      O2  Ann  tea:10.00
points     Ann                          -> 40
order      O2  Ann  tea:0.00  coat:10.00
points     Ann                          -> 30
growth     Ann                          -> 110
verify                                  -> ok
