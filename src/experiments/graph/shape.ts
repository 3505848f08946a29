/** What a graph says of its model, so that a picture can be drawn, and a file be told from one of another model. */
import type { ModelSpec } from '../../model/spec';
import type { Graph } from '../../results/graph';

export const shapeOf = (model: ModelSpec): Graph['shape'] => ({
  layers: model.nLayers,
  heads: model.nHeads,
  kvHeads: model.nKvHeads,
  hasMlp: model.dMlp > 0,
  parallel: model.parallel,
  dModel: model.dModel,
});
