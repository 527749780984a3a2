# What was told wrongly is put right by a newer version: only the difference moves. [ours]

at         2026-03-01 10:00
programme                               -> 1
member     Ann
order      O1  Ann  coat:100.00
wait       1h
order      O1  Ann  coat:80.00
points     Ann                          -> 80
order      O1  Ann  coat:90.00
points     Ann                          -> 90
# A line that a newer version no longer has was not sold.
order      O1  Ann  coat:90.00  hat:10.00
points     Ann                          -> 100
order      O1  Ann  coat:90.00
points     Ann                          -> 90
order      O1  Ann  coat:90.00  hat:10.00
points     Ann                          -> 100
# Nor is a payment that it no longer has.
order      O1  Ann  coat:90.00  hat:10.00  paid_with=points:20.00
points     Ann                          -> 80
order      O1  Ann  coat:90.00  hat:10.00
points     Ann                          -> 100

# A refund that loses a line, and then another.
refund     R1  O1  coat:30.00  hat:1x10.00
points     Ann                          -> 60
refund     R1  O1  coat:30.00
points     Ann                          -> 70
refund     R1  O1  coat:20.00
points     Ann                          -> 80
# What came back in full stays on the order, even when the channel drops the line.
refund     R2  O1  hat:1x10.00
order      O1  Ann  coat:90.00
points     Ann                          -> 70

# No version sells less of a line than came back of it: it is refused, and all stays as it was.
order      O1  Ann  coat:19.00          -> orders.sale_below_refund
points     Ann                          -> 70
order      O1  Ann  coat:20.00
points     Ann                          -> 0
order      O1  Ann  coat:90.00
points     Ann                          -> 70

order      O1  Ann  coat:90.00  status=closed
points     Ann                          -> 0
verify                                  -> ok
