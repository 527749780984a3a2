import { queries, watchSession } from "@shared/api/client";
import { isSignedOut } from "@shared/api/refusal";
import { Looks } from "@shared/Looks";
import { SessionContext, useSessionQuery } from "@shared/session";
import { App as Messages } from "antd";
import { Suspense, useEffect } from "react";
import { BrowserRouter } from "react-router";
import { Loading } from "./parts/Loading";
import { Refused } from "./parts/Refused";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

/** The console: the sign-in page, or the shell around the pages. */
export function App() {
  return (
    <Looks>
      <Messages className="app">
        <BrowserRouter basename="/console">
          <Suspense fallback={<Loading />}>
            <Gate />
          </Suspense>
        </BrowserRouter>
      </Messages>
    </Looks>
  );
}

function Gate() {
  const session = useSessionQuery();
  useEffect(() => {
    watchSession(() => {
      void queries.resetQueries({ queryKey: ["get", "/v1/session"] });
    });
  }, []);
  if (session.isPending) return <Loading />;
  if (session.error !== null) {
    if (isSignedOut(session.error)) return <SignIn />;
    return <Refused error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (session.data.must_change_password) return <SignIn />;
  return (
    <SessionContext value={session.data}>
      <Shell />
    </SessionContext>
  );
}
