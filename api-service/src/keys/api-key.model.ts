import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import type { Scope } from '../auth/scopes.ts';

/** A row of `api_keys`. */
export interface ApiKey extends Model<InferAttributes<ApiKey>, InferCreationAttributes<ApiKey>> {
  id: string;
  name: string;
  prefix: string;
  /** SHA-256. */
  keyHash: Buffer;
  scopes: Scope[];
  expiresAt: Date | null;
  lastUsedAt: CreationOptional<Date | null>;
  revokedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
}

export const defineApiKey = (sequelize: Sequelize) =>
  sequelize.define<ApiKey>(
    'ApiKey',
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      name: DataTypes.TEXT,
      prefix: DataTypes.TEXT,
      keyHash: DataTypes.BLOB,
      scopes: DataTypes.ARRAY(DataTypes.TEXT),
      expiresAt: DataTypes.DATE,
      lastUsedAt: DataTypes.DATE,
      revokedAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
    },
    { tableName: 'api_keys', underscored: true, timestamps: false },
  );
