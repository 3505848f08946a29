/** A hook site: its kind and block. */
import { useMemo } from 'react';
import { listSites } from '../../../model/sites';
import { SelectField } from '../../../ui/SelectField';
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
      <SelectField
        label={option.label}
        value={kind}
        choices={[
          ...(option.default === null ? [['', 'the same site'] as const] : []),
          ...kinds.map((name) => [name, name] as const),
        ]}
        onChange={(name) => put(name, layer)}
      />
      {layers.length > 0 && (
        <SelectField
          label="layer"
          className="narrow"
          value={layer ?? layers[0]!}
          choices={layers.map((l) => [`${l}`, `${l}`])}
          onChange={(wanted) => put(kind, Number(wanted))}
        />
      )}
    </>
  );
}
