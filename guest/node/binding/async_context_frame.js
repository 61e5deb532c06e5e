(tools) => ({
  getContinuationPreservedEmbedderData: tools.getContext,
  setContinuationPreservedEmbedderData: tools.setContext,
});
