import { TabBar } from "antd-mobile";
import { type ReactNode, Suspense, useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { Waiting } from "./parts";

interface Tab {
  path: string;
  title: string;
  icon: ReactNode;
}

/** The frame of an app of a phone: its page, and the tabs at the thumb. */
export function Tabs({ title, tabs, children }: { title: string; tabs: readonly Tab[]; children: ReactNode }) {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  useEffect(() => {
    document.title = title;
  }, [title]);
  const under = tabs.filter((tab) => pathname === tab.path || pathname.startsWith(`${tab.path}/`));
  // The longest path that the address is below; the first tab is the home of everything else.
  const open = under.sort((one, other) => other.path.length - one.path.length)[0]?.path ?? tabs[0]?.path;
  return (
    <div className="phone">
      <main>
        <Suspense fallback={<Waiting />}>{children}</Suspense>
      </main>
      <nav className="tabs" aria-label={title}>
        <TabBar activeKey={open ?? null} onChange={(path) => void navigate(path)}>
          {tabs.map((tab) => <TabBar.Item key={tab.path} icon={tab.icon} title={tab.title} />)}
        </TabBar>
      </nav>
    </div>
  );
}
