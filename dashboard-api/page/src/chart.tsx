// uPlot in a frame of our own: as wide as its place, in the page's colours.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export interface Series {
  name: string;
  colour: string; // of a custom property
  values: (number | null)[];
}

export function Chart({ label, times, series, height = 180, bars }: { label: string; times: number[]; series: Series[]; height?: number; bars?: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = frame.current;
    if (!place || !times.length) return;
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width: place.clientWidth,
        height,
        cursor: { y: false },
        legend: { live: true },
        axes: [axis, { ...axis, size: 48 }],
        series: [
          {},
          ...series.map((one) => ({
            label: one.name,
            stroke: colour(one.colour),
            fill: bars ? colour(one.colour) + "99" : undefined,
            width: bars ? 0 : 2,
            paths: bars ? uPlot.paths.bars!({ size: [0.8, 40] }) : undefined,
            points: { show: !bars && times.length < 40 },
          })),
        ],
      },
      [times, ...series.map((one) => one.values)] as uPlot.AlignedData,
      place,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [times, series, height, bars]);
  return <div class="chart" ref={frame} role="img" aria-label={label} />;
}
