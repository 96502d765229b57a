// The slider on the frontier of a plan: what another budget would buy.

const number = new Intl.NumberFormat(document.documentElement.lang || 'en', { maximumFractionDigits: 0 });

for (const part of document.querySelectorAll('[data-frontier]')) {
  const points = JSON.parse(part.querySelector('script').textContent);
  const slider = part.querySelector('input');
  const said = part.querySelector('output');
  const budget = document.querySelector('#again [name=budget]');
  const show = (moved) => {
    const point = points[Number(slider.value)];
    said.textContent = `${number.format(point.budget_eur)} EUR: ${number.format(point.expected_lost)} readiness-days expected to be lost, `
      + `${number.format(point.worst_lost)} in the worst futures, ${point.treatments} treatments`;
    slider.setAttribute('aria-valuetext', said.textContent);
    if (moved && budget) budget.value = String(Math.round(point.budget_eur));
  };
  slider.addEventListener('input', () => show(true));
  show(false);
}
