# Scenario 16: levels at 0, 10,000 and 20,000; the present purchase counts. [ERPNext test_tier_selection]
# A switch of the programme: downgrade=keep, and a refund leaves the level as it is.

at         2026-03-01 10:00
rule       growth  asset=growth  points=1  per=1.00
level      bronze
level      silver  growth=10000
level      gold    growth=20000
programme                               -> 1
member     Ann
member     Ben
member     Cid
member     Dot
member     Eve
member     Fay

order      O1  Ann  coat:6000.00
tier       Ann                          -> bronze
order      O2  Ben  coat:15000.00
tier       Ben                          -> silver
order      O3  Cid  coat:25000.00
tier       Cid                          -> gold
order      O4  Dot  coat:4000.00
order      O5  Dot  coat:500.00
tier       Dot                          -> bronze
order      O6  Eve  coat:8000.00
order      O7  Eve  coat:3000.00
tier       Eve                          -> silver
order      O8  Fay  coat:18000.00
tier       Fay                          -> silver
order      O9  Fay  coat:3000.00
tier       Fay                          -> gold

# What comes back lowers the level at once.
wait       1h
refund     R9  O9  coat:1x3000.00
growth     Fay                          -> 18000
tier       Fay                          -> silver

rule       growth  asset=growth  points=1  per=1.00
level      bronze
level      silver  growth=10000
level      gold    growth=20000
programme  downgrade=keep               -> 2
refund     R3  O3  coat:10000.00
growth     Cid                          -> 15000
tier       Cid                          -> gold
verify                                  -> ok
