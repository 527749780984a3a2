# An open refund stops the clock of points that are still pending, and gives it back. [ours, decision 12]

at         2026-03-01 10:00
programme  window=7                     -> 1
member     Ann
order      O1  Ann  coat:100.00
points     Ann                          -> 100 pending=100
wait       3d
refund     R1  O1  coat:40.00  status=open
wait       30d
points     Ann                          -> 100 pending=100
redeem     Ann  1                       -> ledger.insufficient
refund     R1  O1  coat:40.00  status=rejected
points     Ann                          -> 100

# Asked for before we heard of the order.
refund     R2  O2  coat:40.00  status=open
order      O2  Ann  coat:100.00
wait       30d
points     Ann                          -> 200 pending=100
refund     R2  O2  coat:40.00
points     Ann                          -> 160

# One refund done while another is open: what is left stays frozen.
order      O3  Ann  coat:60.00  hat:40.00
wait       8d
points     Ann                          -> 260
refund     R3  O3  coat:1x60.00  status=open
refund     R4  O3  hat:1x40.00   status=open
points     Ann                          -> 260 held=100
refund     R4  O3  hat:1x40.00
points     Ann                          -> 220 held=60
refund     R3  O3  coat:1x60.00
points     Ann                          -> 160
verify                                  -> ok
