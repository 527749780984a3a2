import type { ReactNode } from "react";
import { isSignedOut } from "../api/refusal";
import { RefusedBlock, Waiting } from "./parts";

interface Props<Session> {
  session: { data: Session | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  signIn: ReactNode;
  children: (session: Session) => ReactNode;
}

/** Shows the sign-in page to nobody, and the app to somebody. */
export function Nobody<Session>({ session, signIn, children }: Props<Session>) {
  if (isSignedOut(session.error)) return <div className="phone">{signIn}</div>;
  if (session.data !== undefined) return <>{children(session.data)}</>;
  return (
    <div className="phone">
      <main>{session.error === null ? <Waiting /> : <RefusedBlock error={session.error} onRetry={() => void session.refetch()} />}</main>
    </div>
  );
}
