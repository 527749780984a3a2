# Scenario 7: a cancelled invoice of 6 points; one of two pieces back of an invoice of 20. [ERPNext cancel, return]

at         2026-03-01 10:00
rule       base  points=1  per=1000.00
programme                               -> 1
member     Ann
order      O1  Ann  chair:6000.00  status=paid
points     Ann                          -> 6
wait       1h
order      O1  Ann  chair:6000.00  status=closed
points     Ann                          -> 0

order      O2  Ann  table:2x10000.00
points     Ann                          -> 20
wait       1d
refund     R1  O2  table:1x10000.00
points     Ann                          -> 10
refund     R2  O2  table:2x10000.00     -> orders.refund_beyond_sale
points     Ann                          -> 10

# Closed by mistake: it stands again as it stood.
order      O1  Ann  chair:6000.00  status=paid
points     Ann                          -> 16
verify                                  -> ok
