import { queries, watchSession } from "@shared/api/client";
import { isSignedOut } from "@shared/api/refusal";
import { Looks } from "@shared/Looks";
import { SessionContext, useSessionQuery } from "@shared/session";
import { App as Messages } from "antd";
import { Suspense, lazy, useEffect } from "react";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { Loading } from "./parts/Loading";
import { Refused } from "./parts/Refused";
import { Stumbled } from "./parts/Stumbled";
import { Shell } from "./Shell";
import { LeaveGuard } from "./LeaveGuard";

// Whoever is signed in does not fetch the form for it.
const SignIn = lazy(async () => ({ default: (await import("./SignIn")).SignIn }));
const SignInAgain = lazy(async () => ({ default: (await import("./SignInAgain")).SignInAgain }));

const router = createBrowserRouter([{ path: "*", element: <Stumbled><LeaveGuard><Gate /></LeaveGuard></Stumbled> }], { basename: "/console" });

/** The console: the sign-in page, or the shell around the pages. */
export function App() {
  return (
    <Looks>
      <Messages className="app">
        <Suspense fallback={<Loading />}>
          <RouterProvider router={router} />
        </Suspense>
      </Messages>
    </Looks>
  );
}

function Gate() {
  const session = useSessionQuery();
  useEffect(() => {
    watchSession(() => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/session"] });
    });
  }, []);
  if (session.isPending) return <Loading />;
  const hasEnded = isSignedOut(session.error);
  // Once somebody is in, the page stays: what they are writing is not lost with the session.
  if (session.data === undefined) {
    return hasEnded ? <SignIn /> : <Refused error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (session.data.must_change_password) return <SignIn />;
  return (
    <SessionContext value={session.data}>
      <Shell key={session.data.user.id} />
      {hasEnded && <Suspense fallback={null}><SignInAgain /></Suspense>}
    </SessionContext>
  );
}
