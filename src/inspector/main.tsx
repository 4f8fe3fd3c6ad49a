/** The page's entry. */
import { render } from 'preact';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/filters.css';
import './styles/time.css';
import './styles/lanes.css';
import { begin } from './session.ts';
import { App } from './view/app.tsx';

const page = document.getElementById('page');
if (page !== null) render(<App />, page);
begin();
