/** Amounts of opening balances: stored value in fen as money, points and growth as counts. */
import { count, money } from "@shared/format";

export function amountOf(balance: string, amount: number): string {
  return balance.startsWith("stored") ? money(amount) : count(amount);
}
