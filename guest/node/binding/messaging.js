() => ({ DOMException, MessageChannel, MessagePort, structuredClone, exposeLazyDOMExceptionProperty() {} });
