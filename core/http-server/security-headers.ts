import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** What helmet sets without being told anything: the same for every response, so it is asked once. */
const headersOfHelmet = (): readonly (readonly [string, string])[] => {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet()(request, response, (error?: unknown) => { if (error instanceof Error) throw error; });
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const]));
};

const securityHeaders = headersOfHelmet();

/** Gives every response the headers of helmet. */
export const setSecurityHeaders = (_request: Request, response: Response, next: NextFunction): void => {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  next();
};
