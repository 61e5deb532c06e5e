export enum Kind { Circle, Square }
