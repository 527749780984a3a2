# A presale: the deposit is no sale, the sale is at the tail, points come at completion and live
# once the return window is over; an unpaid tail was never a sale. [ours, decision 9]

at         2026-10-20 20:00
programme  window=7                     -> 1
member     Ann
order      O1  Ann  coat:500.00  kind=presale  status=deposit_paid  in=tmall
order      O2  Ann  hat:100.00   kind=presale  status=deposit_paid  in=tmall
points     Ann                          -> 0

at         2026-11-11 00:10
order      O1  Ann  coat:500.00  kind=presale  status=paid  in=tmall
points     Ann                          -> 500 pending=500
redeem     Ann  1                       -> ledger.insufficient

at         2026-11-20 09:00
order      O1  Ann  coat:500.00  kind=presale  status=completed  in=tmall
points     Ann                          -> 500 pending=500
wait       6d
points     Ann                          -> 500 pending=500
wait       1d
points     Ann                          -> 500
redeem     Ann  500                     -> ok

order      O2  Ann  hat:100.00   kind=presale  status=closed  in=tmall
points     Ann                          -> 0

# The later versions of a presale may not say who buys; it stays hers.
order      O3  Ann     hat:100.00  kind=presale  status=deposit_paid  in=tmall
order      O3  nobody  hat:100.00  kind=presale  status=paid          in=tmall
points     Ann                          -> 100 pending=100
verify                                  -> ok
