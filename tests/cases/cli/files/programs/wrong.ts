const a: number = 1;
	const grüße: string = (a as;
