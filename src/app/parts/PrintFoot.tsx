/** The foot of a printed page. While it is printed, the page has light colours. */
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { footOf } from '../../results/origin';
import { useLoci } from '../context';
import type { Finding } from '../stores/session';
import '../print.css';

/** Characters of the address: on paper nobody types more. */
const MOST = 72;

export function PrintFoot({ finding }: { readonly finding: Finding }) {
  const { view } = useLoci();
  const [address, setAddress] = useState('');
  useEffect(() => {
    let before = view.getState().theme;
    const begin = (): void => {
      before = view.getState().theme;
      // The browser draws the paper as soon as this returns.
      flushSync(() => {
        setAddress(location.href);
        view.setState({ theme: 'light' });
      });
      document.documentElement.dataset.theme = 'light';
    };
    const end = (): void => view.setState({ theme: before });
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
