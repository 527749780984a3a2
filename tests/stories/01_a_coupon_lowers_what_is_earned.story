# Scenario 1: 10 % off the order of 100.00, and it earns 90. [Odoo test_points_awarded_discount_code_no_domain]

at         2026-03-01 10:00
rule       base  points=1  per=1.00
programme                               -> 1
member     Ann
order      O1  Ann  tea:90.00(order-10.00)
points     Ann                          -> 90
verify                                  -> ok
