# An order of 100.00 that earns 50 at most, and half of it comes back. [ours]
# A switch of the programme: by value half of the grant goes, by line what stays still earns 50.

at         2026-03-01 10:00
rule       base  points=1  per=1.00  per_order=50
programme  claw_back=by_value           -> 1
member     Ann
order      O1  Ann  tea:50.00  milk:50.00
points     Ann                          -> 50
refund     R1  O1  tea:1x50.00
points     Ann                          -> 25
refund     R2  O1  milk:1x50.00
points     Ann                          -> 0

wait       1d
rule       base  points=1  per=1.00  per_order=50
programme  claw_back=by_line            -> 2
order      O2  Ann  tea:50.00  milk:50.00
refund     R3  O2  tea:1x50.00
points     Ann                          -> 50
refund     R4  O2  milk:20.00
points     Ann                          -> 30
verify                                  -> ok
