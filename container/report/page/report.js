'use strict';
(() => {
const D = JSON.parse(document.getElementById('data').textContent);
const SVG = 'http://www.w3.org/2000/svg';
const redraws = [];

// --- small things -----------------------------------------------------------------------------
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children);  // strings become text nodes: names from data are never markup
  return node;
}
function svgEl(tag, attributes, parent, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  if (parent) parent.append(node);
  return node;
}
const whole = value => Math.round(value).toLocaleString('en-US');
function num(value, digits = 5) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace('e', ' e');
  return size >= 1000 ? value.toLocaleString('en-US', {maximumFractionDigits: 1})
    : String(Number(value.toPrecision(digits)));
}
const metricText = value => value === null ? '–' : value.toFixed(5);
const percent = share => Number.isFinite(share) ? (100 * share).toFixed(1) + '\u2009%' : '–';
const seconds = s => s < 1 ? Math.round(1000 * s) + ' ms' : s < 120 ? s.toFixed(2) + ' s'
  : Math.floor(s / 60) + ' min ' + Math.round(s % 60) + ' s';
function count(value, word) { return whole(value) + ' ' + word + (value === 1 ? '' : 's'); }
function section(title, ...children) {
  const node = el('section', {}, el('h2', {}, title), ...children);
  document.getElementById('main').append(node);
  return node;
}
function figure(title, note) {
  return el('figure', {}, el('h3', {}, title), el('p', {class: 'soft small'}, note || ''));
}
function ticks(low, high, wanted) {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(m => m * power >= raw * 0.999) * power;
  const out = [];
  for (let t = Math.ceil(low / step - 1e-9) * step; t <= high + step * 1e-9; t += step) {
    out.push(Number(t.toPrecision(10)));
  }
  return out;
}
function nearest(sorted, value) {
  let low = 0, high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle; else high = middle;
  }
  return Math.abs(sorted[low] - value) <= Math.abs(sorted[high] - value) ? low : high;
}

// --- one chart --------------------------------------------------------------------------------
// options: x, y as [low, high]; xLabel, yLabel; height or square; label; draw(chart); hover(x) -> text
function chart(parent, options) {
  const key = el('div', {class: 'key'});
  for (const [name, kind] of options.key || []) {
    key.append(el('span', {class: kind}, el('i'), name));
  }
  const readout = el('div', {class: 'readout'}, options.idle || '\u00a0');
  const box = el('div');
  parent.append(...(options.key ? [key] : []), readout, box);
  function draw() {
    const width = Math.max(box.clientWidth, 240);
    const height = options.square ? Math.min(width, 420) : options.height || 270;
    const left = 52, right = 14, top = options.yLabel ? 26 : 12, bottom = 40;
    const [x0, x1] = options.x, [y0, y1] = options.y;
    const px = x => left + (x - x0) / (x1 - x0 || 1) * (width - left - right);
    const py = y => height - bottom - (y - y0) / (y1 - y0 || 1) * (height - top - bottom);
    const svg = svgEl('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': options.label, height});
    for (const t of ticks(y0, y1, 5)) {
      svgEl('line', {class: 'grid-line', x1: left, x2: width - right, y1: py(t), y2: py(t)}, svg);
      svgEl('text', {x: left - 8, y: py(t) + 4, 'text-anchor': 'end'}, svg, num(t, 4));
    }
    for (const t of ticks(x0, x1, width < 420 ? 4 : 7)) {
      if (options.wholeX && !Number.isInteger(t)) continue;
      svgEl('text', {x: px(t), y: height - bottom + 18, 'text-anchor': 'middle'}, svg, num(t, 4));
    }
    svgEl('line', {class: 'axis', x1: left, x2: width - right, y1: height - bottom, y2: height - bottom}, svg);
    svgEl('text', {x: width - right, y: height - 4, 'text-anchor': 'end'}, svg, options.xLabel);
    if (options.yLabel) svgEl('text', {x: 0, y: 10}, svg, options.yLabel);
    const view = {svg, px, py, width, height, top, bottom, left, right,
      path(xs, ys, name) {
        let d = '', pen = 'M';
        xs.forEach((x, i) => {
          if (ys[i] === null) { pen = 'M'; return; }
          d += pen + px(x).toFixed(1) + ' ' + py(Math.min(Math.max(ys[i], y0), y1)).toFixed(1);
          pen = 'L';
        });
        svgEl('path', {class: 'line ' + name, d}, svg);
      }};
    options.draw(view);
    if (options.hover) {
      const cross = svgEl('line', {class: 'cross', y1: top, y2: height - bottom, visibility: 'hidden'}, svg);
      svg.addEventListener('pointermove', event => {
        const at = event.clientX - svg.getBoundingClientRect().left;
        const x = x0 + (at - left) / (width - left - right) * (x1 - x0);
        const found = options.hover(Math.min(Math.max(x, x0), x1));
        readout.textContent = found.text;
        cross.setAttribute('x1', px(found.x));
        cross.setAttribute('x2', px(found.x));
        cross.setAttribute('visibility', 'visible');
      });
      svg.addEventListener('pointerleave', () => {
        readout.textContent = options.idle || '\u00a0';
        cross.setAttribute('visibility', 'hidden');
      });
    }
    box.replaceChildren(svg);
  }
  redraws.push(draw);
  return draw;
}

// --- head -------------------------------------------------------------------------------------
function head() {
  const train = D.channels[0];
  document.getElementById('title').textContent = D.job || D.objective;
  document.title = (D.job || D.objective) + ' · training report';
  document.getElementById('eyebrow').textContent =
    'Boostyard training report' + (D.stopped ? ' · stopped before its last round' : '');
  let text = `${D.objective}, ${count(D.rounds, 'round')} of boosting on ${count(train.rows, 'row')} and ` +
    `${count(train.columns, 'column')} with the engine ${D.engine}.`;
  if (D.folds > 1) text += ` Cross-validation: ${D.folds} models.`;
  if (D.best_round !== null) text += ` Early stopping kept the first ${whole(D.best_round + 1)}.`;
  document.getElementById('lede').textContent = text;
  const tiles = el('dl', {class: 'tiles'});
  const tile = (name, value, unit, hook) => {
    const shown = el('dd', hook ? {'data-final': hook} : {}, value);
    if (unit) shown.append(el('span', {class: 'unit'}, unit));
    tiles.append(el('div', {}, el('dt', {}, name), shown));
  };
  const finals = D.curves.filter(curve => curve.fold === 0).slice(0, 6);
  for (const curve of finals) {
    const fold = D.curves.filter(c => c.channel === curve.channel && c.metric === curve.metric);
    const mean = fold.some(c => c.final === null) ? null
      : fold.reduce((sum, c) => sum + c.final, 0) / fold.length;
    tile(`${curve.channel} ${curve.metric}`, metricText(mean), fold.length > 1 ? 'mean of folds' : '',
      `${curve.channel}-${curve.metric}`);
  }
  tile('rounds', whole(D.rounds), D.best_round !== null ? `best: round ${D.best_round}` : '');
  tile('time', seconds(D.stages.reduce((sum, stage) => sum + stage[1], 0)), '');
  tile('warnings', whole(D.warnings.length), '');
  document.getElementById('main').append(tiles);
  if (D.warnings.length) {
    const list = el('ul', {class: 'warnings'});
    for (const warning of D.warnings) list.append(el('li', {}, warning));
    section('Warnings', list);
  }
}

// --- learning curves --------------------------------------------------------------------------
function curves() {
  if (!D.curves.length) return;
  const grid = el('div', {class: 'grid'});
  const metrics = [...new Set(D.curves.map(curve => curve.metric))];
  for (const metric of metrics) {
    const series = D.curves.filter(curve => curve.metric === metric);
    const values = series.flatMap(s => s.values).filter(v => v !== null);
    if (!values.length) continue;
    let low = Math.min(...values), high = Math.max(...values);
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    low = low >= 0 ? Math.max(low - room, 0) : low - room;
    high += room;
    const rounds = series.flatMap(s => s.rounds);
    const ends = [Math.min(...rounds), Math.max(...rounds)];
    if (ends[0] === ends[1]) { ends[0] -= 0.5; ends[1] += 0.5; }
    const channels = [...new Set(series.map(s => s.channel))];
    const hasValidation = channels.includes('validation');
    const kind = channel => channel === 'train' && hasValidation ? 'b' : 'a';
    const view = figure(metric, series[0].maximised ? 'more is better' : 'less is better');
    chart(view, {x: ends, y: [low, high], xLabel: 'round', wholeX: true,
      label: `${metric} by round`, key: channels.map(c => [c, kind(c)]),
      draw(v) {
        for (const s of series) {
          v.path(s.rounds, s.values, kind(s.channel) + (D.folds > 1 ? ' faint' : ''));
          if (s.rounds.length === 1 && s.values[0] !== null) {
            svgEl('circle', {class: 'dot', cx: v.px(s.rounds[0]), cy: v.py(s.values[0]), r: 4}, v.svg);
          }
        }
        if (D.best_round === null) return;
        const x = v.px(D.best_round), right = x > v.width / 2;
        svgEl('line', {class: 'best', x1: x, x2: x, y1: v.top, y2: v.height - v.bottom}, v.svg);
        svgEl('text', {class: 'best-text', x: x + (right ? -6 : 6), y: v.top + 10,
          'text-anchor': right ? 'end' : 'start'}, v.svg, `best: round ${D.best_round}`);
      },
      hover(x) {
        const at = nearest(series[0].rounds, x), round = series[0].rounds[at];
        const parts = series.slice(0, 4).map(s => {
          const i = nearest(s.rounds, x);
          return `${s.channel} ${metricText(s.values[i])}`;
        });
        return {x: round, text: `round ${round}: ` + parts.join(', ')};
      }});
    if (metrics.length === 1) view.classList.add('wide');
    grid.append(view);
  }
  section('Learning curves', el('p', {class: 'soft'}, D.folds > 1
    ? 'One line per fold; validation is the fold that was left out.' : 'Each metric after each round.'), grid);
}

// --- quality: two classes -----------------------------------------------------------------------
function scores(where) {
  const S = D.quality.scores, n = S.threshold.length;
  const positives = S.positive.reduce((a, b) => a + b, 0), negatives = S.negative.reduce((a, b) => a + b, 0);
  const tp = new Array(n + 1).fill(0), fp = new Array(n + 1).fill(0);  // by first bin that counts as 1
  for (let i = n - 1; i >= 0; --i) { tp[i] = tp[i + 1] + S.positive[i]; fp[i] = fp[i + 1] + S.negative[i]; }
  const tpr = tp.map(v => v / (positives || 1)), fpr = fp.map(v => v / (negatives || 1));
  const precision = tp.map((v, i) => i < n ? v / (v + fp[i]) : n ? tp[n - 1] / (tp[n - 1] + fp[n - 1]) : 0);
  let at = S.threshold.findIndex(t => t >= 0.5);
  if (at < 0) at = n;
  // With all scores at most one half, one half already takes none for class 1.
  const end = n && S.threshold[n - 1] >= 0.5 ? 1 : 0.5;
  const threshold = i => i < n ? S.threshold[i] : end;
  const grid = el('div', {class: 'grid'});

  const slider = el('input', {type: 'range', min: 0, max: n, step: 1, value: at, id: 'threshold'});
  const output = el('output', {for: 'threshold', id: 'threshold-value'});
  const cells = {};
  const cell = (id, name) => {
    const td = el('td', {}, cells[id] = el('span', {id}), el('small', {}, name));
    cells[id].cell = td;
    return td;
  };
  const table = el('table', {class: 'matrix two'},
    el('thead', {}, el('tr', {}, el('td', {style: 'background:none'}), el('th', {scope: 'col'}, 'taken for 0'), el('th', {scope: 'col'}, 'taken for 1'))),
    el('tbody', {}, el('tr', {}, el('th', {scope: 'row'}, 'is 0'), cell('tn', 'true negatives'), cell('fp', 'false positives')),
      el('tr', {}, el('th', {scope: 'row'}, 'is 1'), cell('fn', 'false negatives'), cell('tp', 'true positives'))));
  const tiles = el('dl', {class: 'tiles', style: 'margin-top:18px;grid-template-columns:repeat(auto-fill,minmax(84px,1fr))'});
  for (const name of ['accuracy', 'precision', 'recall', 'F1', 'specificity']) {
    cells[name] = el('dd', {style: 'font-size:21px', id: 'm-' + name});
    tiles.append(el('div', {}, el('dt', {}, name), cells[name]));
  }
  const box = figure('Confusion matrix', 'A row counts as class 1 where its score is above the threshold.');
  box.append(el('label', {for: 'threshold', class: 'soft small'}, 'threshold '), output, slider, el('div', {class: 'scroll'}, table), tiles);
  grid.append(box);

  const unit = [0, 1];
  const hist = figure('Scores by class', 'Share of each class in twentieths of the score.');
  const bars = [new Array(20).fill(0), new Array(20).fill(0)];
  for (let i = 0; i < n; ++i) {
    const bin = Math.min(Math.floor(S.mean[i] * 20), 19);
    bars[0][bin] += S.negative[i] / (negatives || 1);
    bars[1][bin] += S.positive[i] / (positives || 1);
  }
  const drawHist = chart(hist, {x: unit, y: [0, Math.max(...bars[0], ...bars[1], 0.01) * 1.05], xLabel: 'score',
    label: 'Distribution of the scores by class', key: [['class 1', 'sq'], ['class 0', 'sq b']],
    draw(v) {
      bars.forEach((shares, c) => shares.forEach((share, i) => {
        const w = (v.px(0.05) - v.px(0)) / 2 - 1;
        svgEl('rect', {class: c ? 'fill-a' : 'fill-b', x: v.px(i / 20) + 1 + (c ? 0 : w), width: Math.max(w, 1),
          y: v.py(share), height: v.py(0) - v.py(share)}, v.svg);
      }));
      const x = v.px(threshold(at));
      svgEl('line', {class: 'best', x1: x, x2: x, y1: v.top, y2: v.height - v.bottom}, v.svg);
    },
    hover(x) {
      const i = Math.min(Math.floor(x * 20), 19);
      return {x: (i + 0.5) / 20, text: `${(i / 20).toFixed(2)} to ${((i + 1) / 20).toFixed(2)}: ` +
        `${percent(bars[1][i])} of class 1, ${percent(bars[0][i])} of class 0`};
    }});
  grid.append(hist);

  const dot = (v, x, y) => svgEl('circle', {class: 'dot', cx: v.px(x), cy: v.py(y), r: 5}, v.svg);
  const up = fpr.map((_, i) => n - i), fx = up.map(i => fpr[i]), ty = up.map(i => tpr[i]);
  const roc = figure('ROC curve', `Area ${metricText(S.auc)}; the dot is the threshold above.`);
  const drawRoc = chart(roc, {x: unit, y: unit, square: true, xLabel: 'false positive rate', yLabel: 'true positive rate',
    label: `ROC curve, area ${metricText(S.auc)}`,
    draw(v) { v.path(unit, unit, 'ref'); v.path(fx, ty, 'a'); dot(v, fpr[at], tpr[at]); },
    hover(x) { const i = nearest(fx, x); return {x: fx[i], text: `threshold ${num(threshold(up[i]), 4)}: false positive rate ${fx[i].toFixed(4)}, true positive rate ${ty[i].toFixed(4)}`}; }});
  let area = 0;
  for (let i = n - 1; i >= 0; --i) area += (tpr[i] - tpr[i + 1]) * precision[i];
  const pr = figure('Precision and recall', `Average precision ${area.toFixed(4)}; the line is what guessing gives.`);
  const base = positives / ((positives + negatives) || 1), ry = up.map(i => precision[i]);
  const drawPr = chart(pr, {x: unit, y: unit, square: true, xLabel: 'recall', yLabel: 'precision',
    label: `Precision by recall, average ${area.toFixed(4)}`,
    draw(v) { v.path(unit, [base, base], 'ref'); v.path(ty, ry, 'a'); dot(v, tpr[at], precision[at]); },
    hover(x) { const i = nearest(ty, x); return {x: ty[i], text: `threshold ${num(threshold(up[i]), 4)}: recall ${ty[i].toFixed(4)}, precision ${ry[i].toFixed(4)}`}; }});
  grid.append(roc, pr);

  const groups = [];
  for (let i = 0; i < n; ++i) {
    const g = groups[Math.min(Math.floor(S.mean[i] * 10), 9)] ||= {rows: 0, positive: 0, score: 0};
    const rows = S.positive[i] + S.negative[i];
    g.rows += rows; g.positive += S.positive[i]; g.score += rows * S.mean[i];
  }
  const points = groups.filter(Boolean).map(g => ({x: g.score / g.rows, y: g.positive / g.rows, rows: g.rows}));
  const most = Math.max(...points.map(p => p.rows));
  const cal = figure('Calibration', 'Mean score and share of class 1 in tenths of the score; circles grow with the rows.');
  chart(cal, {x: unit, y: unit, square: true, xLabel: 'mean score', yLabel: 'share of class 1', label: 'Calibration curve',
    draw(v) {
      v.path(unit, unit, 'ref');
      v.path(points.map(p => p.x), points.map(p => p.y), 'a');
      for (const p of points) svgEl('circle', {class: 'fill-a', opacity: 0.55, cx: v.px(p.x), cy: v.py(p.y), r: 3 + 9 * Math.sqrt(p.rows / most)}, v.svg);
    },
    hover(x) { const p = points[nearest(points.map(q => q.x), x)]; return {x: p.x, text: `mean score ${p.x.toFixed(3)}: ${percent(p.y)} of ${count(p.rows, 'row')}`}; }});
  grid.append(cal);

  function move() {
    at = Number(slider.value);
    const v = {tp: tp[at], fp: fp[at], fn: positives - tp[at], tn: negatives - fp[at]};
    for (const [id, value] of Object.entries(v)) {
      cells[id].textContent = num(Number(value.toPrecision(10)), 6);
      cells[id].cell.style.setProperty('--share', value / (id === 'tp' || id === 'fn' ? positives || 1 : negatives || 1));
      if (id === 'fp' || id === 'fn') cells[id].cell.style.setProperty('--tone', 'var(--bad)');
    }
    const precise = v.tp / (v.tp + v.fp), recall = v.tp / positives;
    cells.accuracy.textContent = percent((v.tp + v.tn) / (positives + negatives));
    cells.precision.textContent = percent(precise);
    cells.recall.textContent = percent(recall);
    cells.F1.textContent = percent(2 * v.tp / (2 * v.tp + v.fp + v.fn));
    cells.specificity.textContent = percent(v.tn / negatives);
    output.textContent = num(threshold(at), 4);
    slider.setAttribute('aria-valuetext', num(threshold(at), 4));
  }
  slider.addEventListener('input', () => { move(); drawRoc(); drawPr(); drawHist(); });
  move();
  where.append(grid);
}

// --- quality: several classes, regression -------------------------------------------------------
function classes(where) {
  const {names, cells, right} = D.quality.confusion;
  const total = cells.flat().reduce((a, b) => a + b, 0);
  const sums = cells.map(row => row.reduce((a, b) => a + b, 0));
  const columns = names.map((_, c) => cells.reduce((sum, row) => sum + row[c], 0));
  const head = el('tr', {}, el('td', {style: 'background:none'}));
  for (const name of names) head.append(el('th', {scope: 'col'}, name));
  const body = el('tbody');
  cells.forEach((row, r) => {
    const tr = el('tr', {}, el('th', {scope: 'row'}, 'is ' + names[r]));
    row.forEach((value, c) => tr.append(el('td', {title: `class ${names[r]} taken for ${names[c]}: ${num(value)}`,
      style: `--share:${value / (sums[r] || 1)};--tone:var(--${r === c ? 'hot' : 'bad'})`}, num(value, 4))));
    body.append(tr);
  });
  const matrix = figure('Confusion matrix', 'Rows are the classes, columns what they were taken for; shades are shares of the row.');
  matrix.append(el('div', {class: 'scroll'}, el('table', {class: 'matrix' + (names.length > 10 ? ' many' : '')}, el('thead', {}, head), body)));
  const list = el('table', {}, el('thead', {}, el('tr', {}, ...['class', 'rows', 'recall', 'precision'].map(t => el('th', {scope: 'col'}, t)))));
  const rows = el('tbody');
  names.forEach((name, i) => rows.append(el('tr', {}, el('td', {}, name), el('td', {}, num(sums[i])),
    el('td', {}, percent(cells[i][i] / sums[i])), el('td', {}, percent(cells[i][i] / columns[i])))));
  list.append(rows);
  const per = figure('By class', `${percent(right / total)} of all rows are right.`);
  per.append(el('div', {class: 'tall'}, list));
  where.append(el('div', {class: 'grid'}, matrix, per));
}
function residuals(where) {
  const R = D.quality.residuals, grid = el('div', {class: 'grid'});
  const tiles = el('dl', {class: 'tiles', style: 'margin:0 0 30px'});
  for (const [name, value] of [['RMSE', R.rmse], ['mean absolute error', R.mae], ['R²', R.r2]]) {
    tiles.append(el('div', {}, el('dt', {}, name), el('dd', {id: 'r-' + name}, num(value))));
  }
  const most = Math.max(...R.cells), ends = [R.low, R.high], step = (R.high - R.low) / R.side;
  const at = (actual, predicted) => R.cells[actual * R.side + predicted];
  const plot = figure('Predicted and actual', 'Darker cells hold more rows; what lies outside the axes is in the outermost cells.');
  chart(plot, {x: ends, y: ends, square: true, xLabel: 'actual', yLabel: 'predicted', label: 'Predictions by actual value',
    draw(v) {
      for (let a = 0; a < R.side; ++a) for (let p = 0; p < R.side; ++p) {
        if (!at(a, p)) continue;
        svgEl('rect', {class: 'fill-a', opacity: (0.12 + 0.88 * Math.sqrt(at(a, p) / most)).toFixed(2),
          x: v.px(R.low + a * step), y: v.py(R.low + (p + 1) * step),
          width: v.px(R.low + step) - v.px(R.low), height: v.py(R.low) - v.py(R.low + step)}, v.svg);
      }
      v.path(ends, ends, 'ref');
    },
    hover(x) {
      const a = Math.min(Math.floor((x - R.low) / step), R.side - 1);
      let rows = 0, sum = 0;
      for (let p = 0; p < R.side; ++p) { rows += at(a, p); sum += at(a, p) * (R.low + (p + 0.5) * step); }
      return {x: R.low + (a + 0.5) * step, text: `actual about ${num(R.low + (a + 0.5) * step, 4)}: ${count(rows, 'row')}` +
        (rows ? `, predicted about ${num(sum / rows, 4)}` : '')};
    }});
  const total = R.histogram.reduce((a, b) => a + b, 0), bars = R.histogram.length;
  const hist = figure('Residuals', 'Actual minus predicted, as shares of the rows.');
  chart(hist, {x: [-R.limit, R.limit], y: [0, Math.max(...R.histogram) / total * 1.06], square: true, xLabel: 'residual',
    label: 'Distribution of the residuals',
    draw(v) {
      R.histogram.forEach((value, i) => {
        const x = v.px(-R.limit + 2 * R.limit * i / bars), w = v.px(-R.limit + 2 * R.limit / bars) - v.px(-R.limit);
        svgEl('rect', {class: 'fill-a', x, width: Math.max(w - 1, 1), y: v.py(value / total), height: v.py(0) - v.py(value / total)}, v.svg);
      });
    },
    hover(x) {
      const i = Math.min(Math.floor((x + R.limit) / (2 * R.limit) * bars), bars - 1);
      return {x: -R.limit + 2 * R.limit * (i + 0.5) / bars, text: `about ${num(-R.limit + 2 * R.limit * (i + 0.5) / bars, 3)}: ${count(R.histogram[i], 'row')}`};
    }});
  grid.append(plot, hist);
  where.append(tiles, grid);
}
function quality() {
  const Q = D.quality;
  if (Q.kind === 'none') return;
  const where = section('How good it is', el('p', {class: 'soft', id: 'quality-note'},
    `On ${Q.channel === 'train' ? 'the training rows themselves, as there is no validation channel: expect less on new ones' : D.folds > 1 ? 'every row, each predicted by the models that were not trained on it' : 'the validation channel'}` +
    ` (${count(Q.rows, Q.weighted ? 'unit' : 'row')}${Q.weighted ? ' of weight; rows count by their weights' : ''}).`));
  ({scores, classes, residuals})[Q.kind](where);
}

// --- importance, data, job ----------------------------------------------------------------------
function importance() {
  if (!D.importance.length) return;
  const kinds = D.linear ? [['coefficient', 4]] : [['total gain', 1], ['gain per split', 2], ['cover per split', 3], ['splits', 4]];
  const list = el('ol', {class: 'bars', id: 'importance'});
  let column = kinds[0][1], shown = 20;
  const more = el('button', {type: 'button'}, `Show ${D.importance.length}`);
  function draw() {
    const rows = [...D.importance].sort((a, b) => Math.abs(b[column]) - Math.abs(a[column])).slice(0, shown);
    const most = Math.abs(rows[0][column]) || 1;
    list.replaceChildren(...rows.map(row => el('li', {}, el('span', {title: row[0]}, row[0]),
      el('div', {class: 'bar'}, el('i', {style: `width:${100 * Math.abs(row[column]) / most}%`})),
      el('span', {class: 'num'}, num(row[column], 4)))));
    more.hidden = shown >= D.importance.length;
  }
  const chooser = el('fieldset', {class: 'chooser'}, el('legend', {class: 'soft small'}, 'measured by'));
  for (const [name, index] of kinds) {
    const radio = el('input', {type: 'radio', name: 'measure'});
    radio.checked = index === column;
    radio.addEventListener('change', () => { column = index; draw(); });
    chooser.append(el('label', {}, radio, ' ' + name));
  }
  more.addEventListener('click', () => { shown = D.importance.length; draw(); });
  draw();
  section('Feature importance', el('p', {class: 'soft'}, `What the model splits on${D.folds > 1 ? ' (first fold)' : ''}; all of it is in importance.json.`), chooser, list, more);
}
function data() {
  const grid = el('div', {class: 'grid'});
  for (const c of D.channels) {
    const pairs = el('dl', {class: 'pairs'});
    const pair = (name, value) => pairs.append(el('dt', {}, name), el('dd', {}, value));
    pair('rows', whole(c.rows));
    pair('columns', whole(c.columns));
    pair('missing cells', `${whole(c.missing)} (${percent(c.missing / (c.rows * c.columns || 1))})`);
    pair('label', `${num(c.label_min)} to ${num(c.label_max)}, mean ${num(c.label_mean)}`);
    if (c.balance && c.balance.length <= 12) pair('balance', c.balance.map(([label, rows]) => `${num(label)}: ${whole(rows)} (${percent(rows / c.rows)})`).join(', '));
    else if (c.balance) pair('distinct labels', whole(c.balance.length));
    grid.append(el('div', {}, el('h3', {}, c.name), pairs));
  }
  const table = el('table', {}, el('thead', {}, el('tr', {}, ...['feature', 'missing', 'distinct', 'smallest', 'largest'].map(t => el('th', {scope: 'col'}, t)))));
  const body = el('tbody');
  for (const [name, missing, distinct, low, high] of D.features) {
    body.append(el('tr', {}, el('td', {}, name), el('td', {}, whole(missing)),
      el('td', {}, distinct === null ? `> ${D.distinct_cap}` : whole(distinct)), el('td', {}, num(low)), el('td', {}, num(high))));
  }
  table.append(body);
  const hidden = D.channels[0].columns - D.features.length;
  section('Data', grid, el('h3', {style: 'margin-top:26px'}, 'Features of train'),
    el('div', {class: 'tall', tabindex: 0, role: 'region', 'aria-label': 'Features'}, table),
    ...(hidden > 0 ? [el('p', {class: 'soft small'}, `${whole(hidden)} more are in data_profile.json.`)] : []));
}
function job() {
  const total = D.stages.reduce((sum, stage) => sum + stage[1], 0) || 1;
  const bar = el('div', {class: 'stages', 'aria-hidden': 'true'});
  const times = el('dl', {class: 'pairs'});
  for (const [name, value] of D.stages) {
    bar.append(el('i', {style: `flex:${value / total}`, title: name}));
    times.append(el('dt', {}, name), el('dd', {}, `${seconds(value)} (${percent(value / total)})`));
  }
  const settings = el('dl', {class: 'pairs'});
  for (const [name, value] of D.settings || []) settings.append(el('dt', {}, name), el('dd', {}, value));
  section('The job', el('div', {class: 'grid', style: 'margin-top:16px'}, el('div', {}, el('h3', {}, 'Time by stage'), bar, times),
    el('div', {}, el('h3', {}, 'Settings given'), settings)));
  document.getElementById('footer').textContent =
    `${D.engine_line}. Finished ${D.finished}. Boostyard ${D.version}. The figures are in metrics.json, importance.json and data_profile.json beside this file.`;
}

head();
curves();
quality();
importance();
data();
job();
const drawAll = () => redraws.forEach(draw => draw());
drawAll();
let width = innerWidth;
addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; drawAll(); } });
})();
