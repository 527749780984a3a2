# At most 100 points a day, over all orders of the day; the day is the brand's own. [ours]

at         2026-03-01 22:00
rule       base  points=1  per=1.00  per_day=100
programme                               -> 1
member     Ann
order      O1  Ann  tea:80.00  status=paid
order      O2  Ann  tea:50.00
points     Ann                          -> 100
# A newer version that changes nothing changes nothing, whichever comes first.
wait       1h
order      O1  Ann  tea:80.00
order      O2  Ann  tea:50.00
points     Ann                          -> 100
# A corrected order is cut to what the others leave.
order      O1  Ann  tea:90.00
points     Ann                          -> 100

at         2026-03-02 00:10
order      O3  Ann  tea:50.00
points     Ann                          -> 150

# What came back frees the cap.
order      O4  Ann  tea:70.00
points     Ann                          -> 200
order      O3  Ann  tea:50.00  status=closed
points     Ann                          -> 150
order      O5  Ann  tea:70.00
points     Ann                          -> 200
verify                                  -> ok
