# Scenario 2: stored value pays, it is no discount: 100.00 earn 100. [Odoo ewallet, gift card]
# A switch of the programme: stored_bonus=not, and the bonus part of stored value earns nothing.

at         2026-03-01 10:00
rule       base  points=1  per=1.00
programme                               -> 1
member     Ann
order      O1  Ann  tea:100.00  paid_with=stored_principal:10.00
points     Ann                          -> 100
order      O2  Ann  tea:100.00  paid_with=gift_card:50.00
points     Ann                          -> 200
order      O3  Ann  tea:100.00  paid_with=stored_bonus:10.00
points     Ann                          -> 300

wait       1d
rule       base  points=1  per=1.00
programme  stored_bonus=not             -> 2
order      O4  Ann  tea:100.00  paid_with=stored_bonus:10.00
points     Ann                          -> 390
verify                                  -> ok
