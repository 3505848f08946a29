/** The foot of a printed page. While it is printed, the page is as wide as paper, in light colours. */
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { footOf } from '../../results/origin';
import { useLoci } from '../context';
import { measureWidths } from '../../view/marks/useWidth';
import { copyCanvases } from '../paper';
import type { Finding } from '../stores/session';
import '../print.css';

/** Characters of the address: on paper nobody types more. */
const MOST = 72;

export function PrintFoot({ finding }: { readonly finding: Finding }) {
  const { view } = useLoci();
  const [address, setAddress] = useState('');
  useEffect(() => {
    let before = view.getState().theme;
    let uncopy = (): void => undefined;
    const begin = (): void => {
      before = view.getState().theme;
      // The browser draws the paper as soon as this returns.
      flushSync(() => {
        setAddress(location.href);
        view.setState({ theme: 'light' });
      });
      Object.assign(document.documentElement.dataset, { theme: 'light', paper: '' });
      // What contains pictures, then the pictures in it.
      for (let depth = 0; depth < 2; depth++) flushSync(measureWidths);
      uncopy = copyCanvases();
    };
    const end = (): void => {
      uncopy();
      delete document.documentElement.dataset.paper;
      view.setState({ theme: before });
    };
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, [view]);
  return (
    <footer className="print-foot">
      {footOf(finding.document)}{' '}
      <a href={address}>{address.length > MOST ? `${address.slice(0, MOST)}…` : address}</a>
    </footer>
  );
}
