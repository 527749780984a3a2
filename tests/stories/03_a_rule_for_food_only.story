# Scenario 3: a rule for food, and a coupon on the whole basket or on food alone. [Odoo]
# A switch of the rule: order_discounts=ignored is Odoo's way, order_discounts=reduce is ours.

at         2026-03-01 10:00
product    rice  category=food
product    soap  category=home
rule       food  points=1  per=1.00  category=food  order_discounts=ignored
programme                               -> 1
member     Ann
order      O1  Ann  rice:90.00(order-10.00)  soap:45.00(order-5.00)
points     Ann                          -> 100
order      O2  Ann  rice:90.00(item-10.00)   soap:50.00
points     Ann                          -> 190

wait       1d
rule       food  points=1  per=1.00  category=food  order_discounts=reduce
programme                               -> 2
order      O3  Ann  rice:90.00(order-10.00)  soap:45.00(order-5.00)
points     Ann                          -> 280
verify                                  -> ok
