import { Flex, Spin } from "antd";
import { useEffect, useState } from "react";

const SHOWN_AFTER_MS = 200;

/** A place that is being filled; quick answers never make it flicker. */
export function Loading() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => { setShown(true); }, SHOWN_AFTER_MS);
    return () => { window.clearTimeout(timer); };
  }, []);
  return (
    <Flex role="status" aria-busy="true" align="center" justify="center" className="chart">
      {shown && <Spin size="large" />}
    </Flex>
  );
}
