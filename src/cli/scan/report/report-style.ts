/** The report's looks: system fonts, light and dark as the reader's system is, and paper. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1f24;--dim:#59636e;--line:#d1d9e0;--band:#f6f8fa;--link:#0550ae;
--critical:#a40e26;--high:#bc4c00;--medium:#7d4e00;--low:#0a5a8c;--informational:#59636e}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--band:#151b23;--link:#79b8ff;
--critical:#ff8182;--high:#ffa657;--medium:#e3b341;--low:#79c0ff;--informational:#9198a1}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:84rem;padding:1rem 1.5rem 4rem;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem}
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.dim{color:var(--dim)}code,.mono{font-family:ui-monospace,Consolas,monospace;font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}
.levels{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;list-style:none}
.levels li{border:1px solid var(--line);border-left:6px solid var(--dim);border-radius:6px;padding:.5rem 1rem;min-width:8rem}
.levels b{display:block;font-size:1.6rem;line-height:1.2}
li.critical{border-left-color:var(--critical)}li.high{border-left-color:var(--high)}li.medium{border-left-color:var(--medium)}li.low{border-left-color:var(--low)}
.level{font-weight:600}.level.critical{color:var(--critical)}.level.high{color:var(--high)}.level.medium{color:var(--medium)}.level.low{color:var(--low)}.level.informational{color:var(--informational)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--dim);padding:.25rem 0}
th,td{border-bottom:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
thead th{background:var(--band);position:sticky;top:0}td.count{text-align:right;font-variant-numeric:tabular-nums}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2rem}
svg.bar{display:block;width:100%;min-width:5rem;height:.9rem}svg.bar rect{fill:var(--low)}
.search{display:flex;flex-wrap:wrap;gap:1rem;align-items:end;margin:.5rem 0}
.search label{display:block;font-weight:600}input,select{font:inherit;padding:.35rem .5rem;border:1px solid var(--dim);border-radius:6px;background:var(--ground);color:var(--ink)}
input{width:min(28rem,90vw)}[hidden]{display:none}
details summary{cursor:pointer}details ul{margin:.4rem 0;padding-left:1.2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .75rem;margin:.4rem 0}dt{color:var(--dim)}dd{margin:0}
@media print{.search,.skip{display:none}thead th{position:static}body{max-width:none}}
`;
