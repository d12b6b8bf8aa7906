// The WebSocket API of an app that has the function `socket`: its own resources, since Serverless would give it one
// role for all functions. It has three routes, whatever the app.
import { readSocketSettings } from '../events/socket-settings';
import { LOCAL_STAGE, type Parameters } from './parameters';
import { functionResource } from './roles';
import { hasSockets, SOCKET, SOCKET_API, type StackApp } from './stack-app';

/** The routes of the API, by the names of their resources; API Gateway's words. */
const ROUTES = { SocketConnectRoute: '$connect', SocketDisconnectRoute: '$disconnect', SocketDefaultRoute: '$default' };

/** The resources of the API, by name; none without sockets. */
export function socketResources(parameters: Parameters, app: StackApp): Record<string, object> {
  if (!hasSockets(app)) {
    return {};
  }
  const { service, stage } = parameters;
  const api = { Ref: SOCKET_API };
  return {
    [SOCKET_API]: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: `${service}-${stage}-sockets`,
        Description: `Sockets of ${service}, stage ${stage}`,
        ProtocolType: 'WEBSOCKET',
        // Every message is of one route: what it asks for, the function reads.
        RouteSelectionExpression: '$request.body.action',
      },
    },
    SocketIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: api,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: {
          'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${functionResource(SOCKET)}.Arn}/invocations`,
        },
      },
    },
    ...Object.fromEntries(
      Object.entries(ROUTES).map(([name, RouteKey]) => [
        name,
        {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: api,
            RouteKey,
            // The ticket in the URL says who it is, and is good once.
            AuthorizationType: 'NONE',
            Target: { 'Fn::Sub': 'integrations/${SocketIntegration}' },
          },
        },
      ]),
    ),
    SocketDeployment: {
      Type: 'AWS::ApiGatewayV2::Deployment',
      DependsOn: Object.keys(ROUTES),
      Properties: { ApiId: api },
    },
    SocketStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: api,
        DeploymentId: { Ref: 'SocketDeployment' },
        StageName: stage,
        // No log of messages, which hold items. Everyone may send: so much, for all together.
        DefaultRouteSettings: {
          DataTraceEnabled: false,
          ThrottlingRateLimit: Number(parameters.of('socketRate')),
          ThrottlingBurstLimit: Number(parameters.of('socketBurst')),
        },
      },
    },
    SocketPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [functionResource(SOCKET), 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${SOCKET_API}}/${stage}/*`,
        },
      },
    },
  };
}

/** What is there of sockets for whoever deploys them. */
export function socketOutputs(parameters: Parameters, app: StackApp): Record<string, object> {
  return hasSockets(app) ? { SocketUrl: { Value: socketUrl(parameters) } } : {};
}

/** What functions that send on sockets are told; nothing without sockets. */
export function sendingEnvironment(parameters: Parameters, app: StackApp): Record<string, unknown> {
  return hasSockets(app)
    ? {
        SOCKET_CONNECTIONS: parameters.of('socketConnections') || ofApi('https', parameters),
        CURSOR_KEY: parameters.of('cursorKey'),
      }
    : {};
}

/** What the function `socket` is told. @throws Error where a parameter is no number, or too large */
export function socketEnvironment(parameters: Parameters, app: StackApp): Record<string, unknown> {
  const limits = {
    SOCKET_SUBSCRIPTIONS: String(parameters.of('socketSubscriptions')),
    SOCKETS_PER_CALLER: String(parameters.of('socketsPerCaller')),
    SOCKET_MESSAGE_BYTES: String(parameters.of('socketMessageBytes')),
  };
  readSocketSettings({ ...limits, SOCKET_CONNECTIONS: 'https://known-when-it-is-deployed.example' });
  return { ...sendingEnvironment(parameters, app), ...limits };
}

/** What the function that gives tickets is told; nothing without sockets. */
export function ticketEnvironment(parameters: Parameters, app: StackApp): Record<string, unknown> {
  return hasSockets(app) ? { SOCKET_URL: socketUrl(parameters) } : {};
}

/** Where clients connect: under a domain of the app's own, or where AWS has put the API. */
function socketUrl(parameters: Parameters): unknown {
  return parameters.of('socketUrl') || ofApi('wss', parameters);
}

function ofApi(scheme: 'https' | 'wss', { stage }: Parameters): unknown {
  // `npm start` says where its own are.
  return stage === LOCAL_STAGE
    ? ''
    : { 'Fn::Sub': `${scheme}://\${${SOCKET_API}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/${stage}` };
}
