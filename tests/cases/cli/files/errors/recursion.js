const deeper = () => deeper();
deeper();
