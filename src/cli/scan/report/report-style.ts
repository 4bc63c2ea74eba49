/** The report's looks: system fonts, light and dark as the reader's system is, and paper. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1f24;--dim:#59636e;--line:#d1d9e0;--band:#f6f8fa;--link:#0550ae;--mark:#fff1b8;
--critical:#a40e26;--high:#bc4c00;--medium:#7d4e00;--low:#0a5a8c;--informational:#59636e}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--band:#151b23;--link:#79b8ff;--mark:#5c4a00;
--critical:#ff8182;--high:#ffa657;--medium:#e3b341;--low:#79c0ff;--informational:#9198a1}}
@media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--dim:#444;--line:#bbb;--band:#eee;--link:#000;--mark:#ddd;
--critical:#a40e26;--high:#bc4c00;--medium:#7d4e00;--low:#0a5a8c;--informational:#59636e}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:88rem;padding:1rem 1.5rem 4rem;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.15rem;margin:1.75rem 0 .4rem}h3{font-size:.95rem;margin:.8rem 0 .2rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem;z-index:3}
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}h2:focus{outline:0}
.dim,.facts{color:var(--dim)}.facts p{margin:.1rem 0;overflow-wrap:anywhere}
code,.mono{font-family:ui-monospace,"SFMono-Regular",Consolas,"DejaVu Sans Mono",monospace;font-size:.88em;overflow-wrap:anywhere;white-space:pre-wrap}
.time{white-space:nowrap;color:var(--dim);font-variant-numeric:tabular-nums}
.levels{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;margin:1rem 0;list-style:none}
.levels li{border:1px solid var(--line);border-left:6px solid var(--dim);border-radius:6px;padding:.4rem 1rem;min-width:8rem}
.levels b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}
li.critical{border-left-color:#b3123a}li.high{border-left-color:#f0742e}li.medium{border-left-color:#eec044}li.low{border-left-color:#5aa9e6}
.level{font-weight:600}.level.critical{color:var(--critical)}.level.high{color:var(--high)}.level.medium{color:var(--medium)}.level.low{color:var(--low)}.level.informational{color:var(--informational)}
svg rect{fill:#8b949e}rect.critical{fill:#b3123a}rect.high{fill:#f0742e}rect.medium{fill:#eec044}rect.low{fill:#5aa9e6}
.activity{display:block;width:100%;height:7rem;border-bottom:1px solid var(--line);background:var(--band)}
.axis{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;margin:.2rem 0;color:var(--dim);font-size:.88em}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--dim);padding:.2rem 0}
th,td{border-bottom:1px solid var(--line);padding:.28rem .6rem;text-align:left;vertical-align:top}
tbody th{font-weight:400}thead th{background:var(--band);font-size:.9em;white-space:nowrap}td.count{text-align:right;font-variant-numeric:tabular-nums}
#hits td:nth-child(3){min-width:8rem;max-width:16rem;overflow-wrap:break-word}#hits td:last-child{width:100%}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2rem}.grid th{overflow-wrap:anywhere}.grid .share{width:38%}
svg.bar{display:block;width:100%;min-width:4rem;height:.8rem;margin-top:.3rem}
button,input,select{font:inherit;color:var(--ink);background:var(--ground);border:1px solid var(--dim);border-radius:6px;padding:.3rem .6rem}
button{cursor:pointer;background:var(--band)}button.pick{border:0;padding:0;background:none;color:inherit;text-align:left;text-decoration:underline dotted var(--dim);text-underline-offset:3px}
button.pick:hover{color:var(--link);text-decoration-style:solid}.cut .later{display:none}.short>button{margin:.4rem 0}
.search{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:end;padding:.5rem 0;position:sticky;top:0;background:var(--ground);border-bottom:1px solid var(--line);z-index:2}
.search label{display:block;font-weight:600;font-size:.88em}.search .wide{flex:1 1 16rem}.search input{width:100%}.search select{max-width:10rem}.search output{flex-basis:100%}
[hidden]{display:none!important}
details summary{cursor:pointer}.telling{display:block;color:var(--dim);margin-left:1.05rem}details[open] .telling{display:none}
ul.why{margin:.2rem 0;padding-left:1.2rem}.why li{margin:.15rem 0}.why .mono{color:var(--ink)}mark{background:var(--mark);color:inherit;border-radius:2px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .75rem;margin:.2rem 0}dt{color:var(--dim)}dd{margin:0}
@media (max-width:48rem){body{padding:1rem .75rem}.search{position:static}dl{grid-template-columns:1fr}dd{margin:0 0 .3rem .75rem}
#hits thead{display:none}#hits,#hits tbody,#hits tr,#hits td{display:block;border:0;max-width:none}#hits tr{border-bottom:1px solid var(--line)}#hits td{padding:.1rem 0}}
@media print{.search,.skip,.short>button{display:none}.cut .later{display:table-row}body{max-width:none;font-size:11px;padding:0}
tr,li{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}rect,.level{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
