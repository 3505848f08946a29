/** A graph's model in numbers: enough to draw it and to recognise files of other models. */
import type { ModelSpec } from '../../model/spec';
import type { GraphShape } from '../../results/graph';

export const shapeOf = (model: ModelSpec): GraphShape => ({
  layers: model.nLayers,
  heads: model.nHeads,
  kvHeads: model.nKvHeads,
  hasMlp: model.dMlp > 0,
  parallel: model.parallel,
  dModel: model.dModel,
});
