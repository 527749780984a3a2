import { useLook } from "@shared/look";
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { theme } from "antd";
import { useEffect, useRef } from "react";

register([
  AriaComponent, BarChart, CanvasRenderer, GridComponent, HeatmapChart, LegendComponent, LineChart, PieChart,
  TooltipComponent, VisualMapComponent,
]);

interface Props {
  /** One sentence on what is drawn; a table with the same figures stands beside every chart. */
  label: string;
  option: EChartsCoreOption;
  onPick?: (picked: { name: string; seriesName?: string; value: unknown; dataIndex: number }) => void;
}

/** A drawing of figures in the colours of the look; it follows the size of its place. */
export function Chart({ label, option, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  const look = useLook();
  const { token } = theme.useToken();
  useEffect(() => {
    pick.current = onPick;
  });
  useEffect(() => {
    if (place.current === null) return undefined;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const drawn = init(place.current, look === "dark" ? "dark" : undefined);
    drawn.setOption({
      backgroundColor: "transparent",
      animation: !still,
      aria: { enabled: true },
      color: [token.colorPrimary, token.orange, token.green, token.purple, token.cyan, token.magenta],
      textStyle: { fontFamily: token.fontFamily, color: token.colorText },
      ...option,
    });
    drawn.on("click", (event) => {
      pick.current?.({
        name: event.name, value: event.value, dataIndex: event.dataIndex,
        ...(event.seriesName === undefined ? {} : { seriesName: event.seriesName }),
      });
    });
    const watched = new ResizeObserver(() => { drawn.resize(); });
    watched.observe(place.current);
    return () => {
      watched.disconnect();
      drawn.dispose();
    };
  }, [option, look, token]);
  return <div ref={place} className="chart" role="img" aria-label={label} />;
}
