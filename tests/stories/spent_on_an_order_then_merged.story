# Points spent on an order come back to whoever the buyer is by then. [ours]

at         2026-03-01 10:00
programme                               -> 1
member     Ann
member     Anna
order      O1  Anna  coat:100.00
redeem     Anna  60  on=O2              -> ok
points     Anna                         -> 40
# An order that never comes gives nothing back.
wait       9d
points     Anna                         -> 40
order      O2  Anna  tea:60.00  paid_with=points:60.00
points     Anna                         -> 40
merge      Anna into Ann                -> ok
refund     R1  O2  tea:20.00
points     Ann                          -> 60
part       Anna from Ann                -> ok
points     Anna                         -> 60
order      O2  Anna  tea:60.00  paid_with=points:60.00  status=closed
points     Anna                         -> 100
# Closed once more, or still: nothing comes back twice.
order      O2  Anna  tea:60.00  status=closed
points     Anna                         -> 100

# An order paid with points alone, closed: all of them come back.
redeem     Anna  100  on=O3             -> ok
order      O3  Anna  tea:0.00  status=paid
points     Anna                         -> 0
order      O3  Anna  tea:0.00  status=closed
points     Anna                         -> 100
verify                                  -> ok
