() => ({ console: globalThis.console, isEnabled: false, setConsoleExtensionInstaller() {}, consoleCall() {} });
