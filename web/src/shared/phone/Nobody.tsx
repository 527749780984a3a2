import type { ReactNode } from "react";
import { isSignedOut } from "../api/refusal";
import { RefusedBlock, Waiting } from "./parts";
import { LanguageLink } from "./Settings";

interface Props<Session> {
  session: { data: Session | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  signIn: ReactNode;
  children: (session: Session) => ReactNode;
}

/** Shows the sign-in page to nobody, and the app to somebody. */
export function Nobody<Session>({ session, signIn, children }: Props<Session>) {
  if (isSignedOut(session.error)) return <Door>{signIn}</Door>;
  if (session.data !== undefined) return <>{children(session.data)}</>;
  return (
    <div className="phone">
      <main>{session.error === null ? <Waiting /> : <RefusedBlock error={session.error} onRetry={() => void session.refetch()} />}</main>
    </div>
  );
}

/** The sign-in page, with the other language in reach: whoever cannot read it cannot sign in. */
function Door({ children }: { children: ReactNode }) {
  return (
    <div className="phone">
      <nav className="languages"><LanguageLink /></nav>
      {children}
    </div>
  );
}
