/** A hook site: its kind and block. */
import { useMemo } from 'react';
import { listSites } from '../../../model/sites';
import { useStatus } from '../../context';
import type { FieldProps, Of } from './fieldProps';

const parts = (site: string): { readonly kind: string; readonly layer: number | null } => {
  const [, layer, kind] = /^blocks\.(\d+)\.(.*)$/.exec(site) ?? [];
  return kind === undefined ? { kind: site, layer: null } : { kind, layer: Number(layer) };
};

export function SiteField({ option, value, onChange }: FieldProps<Of<'site'>>) {
  const spec = useStatus((state) => state.model?.spec);
  const sites = useMemo(() => (spec ? listSites(spec).map(({ name }) => parts(name)) : []), [spec]);
  const kinds = [...new Set(sites.map(({ kind }) => kind))];
  const layersOf = (kind: string) => sites.flatMap((site) => (site.kind === kind ? (site.layer ?? []) : []));
  const { kind, layer } = parts(`${value ?? option.default ?? ''}`);
  const layers = layersOf(kind);
  const put = (nextKind: string, wanted: number | null) => {
    if (nextKind === '') return onChange(undefined);
    const own = layersOf(nextKind);
    if (own.length === 0) return onChange(nextKind);
    onChange(`blocks.${own.includes(wanted ?? -1) ? wanted : own[0]}.${nextKind}`);
  };
  return (
    <>
      <label className="labelled">
        <span>{option.label}</span>
        <select className="field" value={kind} onChange={({ target }) => put(target.value, layer)}>
          {option.default === null && <option value="">the same site</option>}
          {kinds.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {layers.length > 0 && (
        <label className="labelled">
          <span>layer</span>
          <select
            className="field narrow"
            value={layer ?? layers[0]}
            onChange={({ target }) => put(kind, Number(target.value))}
          >
            {layers.map((l) => (
              <option key={l}>{l}</option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}
