# Scenario 9: A 10 (bonus 10), B 10 (bonus 20), C 20: 40 + 30 points; C comes back. [Open Loyalty returns.rst]
# A switch of the programme: claw_back=by_value takes 35 (Open Loyalty's way and ours), by_line 20.

at         2026-03-01 10:00
rule       base     points=1   per=1.00
rule       bonus_a  points=10  items=A
rule       bonus_b  points=20  items=B
programme  claw_back=by_value           -> 1
member     Ann
order      O1  Ann  A:10.00  B:10.00  C:20.00
points     Ann                          -> 70
wait       1h
refund     R1  O1  C:1x20.00
points     Ann                          -> 35

rule       base     points=1   per=1.00
rule       bonus_a  points=10  items=A
rule       bonus_b  points=20  items=B
programme  claw_back=by_line            -> 2
member     Ben
order      O2  Ben  A:10.00  B:10.00  C:20.00
points     Ben                          -> 70
refund     R2  O2  C:1x20.00
points     Ben                          -> 50

# The order of Ann keeps the terms under which it earned.
refund     R3  O1  B:1x10.00
points     Ann                          -> 17
refund     R4  O2  B:1x10.00
points     Ben                          -> 20
verify                                  -> ok
