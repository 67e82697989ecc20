// Merged by jupyter-builder into its own: the worker and the engine are files of their own, named by their content.
module.exports = {
  module: {
    rules: [
      { test: /\.wasm$/, type: 'asset/resource', generator: { filename: '[name].[contenthash][ext]' } },
      { test: /\.worker\.js$/, type: 'asset/resource', generator: { filename: '[name].[contenthash][ext]' } }
    ]
  }
};
