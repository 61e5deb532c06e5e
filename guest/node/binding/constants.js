// The numbers of Linux.
(tools, internalBinding, require, data) => data.constants;
