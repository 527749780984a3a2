# A refund that is told before its order waits for it. [ours]

at         2026-03-01 10:00
programme                               -> 1
member     Ann
refund     R1  O1  tea:1x30.00
points     Ann                          -> 0
wait       1h
order      O1  Ann  tea:30.00  coat:70.00
points     Ann                          -> 70
refund     R2  O1  coat:1x70.00
points     Ann                          -> 0

# Corrected while it waited: the newest version counts.
refund     R3  O2  tea:20.00
wait       1h
refund     R3  O2  tea:5.00
order      O2  Ann  tea:30.00
points     Ann                          -> 25
# And once more afterwards.
refund     R3  O2  tea:10.00
points     Ann                          -> 20
refund     R3  O2  tea:10.00  status=rejected
points     Ann                          -> 30

# All of it came back before it came: nothing is granted, and nothing is refused.
refund     R4  O3  tea:1x30.00
order      O3  Ann  tea:30.00
points     Ann                          -> 30
verify                                  -> ok
